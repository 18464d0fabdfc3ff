"""Other rules on a file that is analysed: without its sound, and without the model."""

from dataclasses import replace

from leanviz.core.candidates import CandidateFinder
from leanviz.core.decisions import DecisionRules, PatchClock, by_onset, decide, place
from leanviz.core.finding_store import FindingStore
from leanviz.inference.model import LeanModel
from leanviz.pipeline.clip import in_order
from leanviz.pipeline.results import ClipAnalysis, HiddenFindings
from leanviz.pipeline.spool import on_disk


def redecide(analysis: ClipAnalysis, rules: DecisionRules, model: LeanModel) -> ClipAnalysis:
    """Return an analysis as other rules show it; no extent changes."""
    events, _ = decide(analysis.findings, rules, model.taxonomy)
    hidden = HiddenFindings(analysis.findings, rules, model.taxonomy)
    return replace(analysis, events=in_order(events), hidden=hidden, rules=rules)


def find_again(analysis: ClipAnalysis, rules: DecisionRules, model: LeanModel) -> ClipAnalysis:
    """Return an analysis with candidates found anew from its scores, by ``rules.candidates``.

    Exactly what an analysis of the file by these rules would say; 40 us for each patch.
    """
    finder = CandidateFinder(model.taxonomy, rules.candidates, model.thresholds)
    clock, last_patch = PatchClock(analysis.sample_rate), len(analysis.frame_scores) - 1
    findings = FindingStore(model.taxonomy, store=on_disk)
    for patch, scores in enumerate(analysis.frame_scores):
        done = finder.push(patch, scores)
        done += finder.finish() if patch == last_patch else []
        findings.extend(
            place(candidate, clock, model.taxonomy, last_patch, analysis.n_samples)
            for candidate in sorted(done, key=by_onset)
        )
    return redecide(replace(analysis, findings=findings), rules, model)
