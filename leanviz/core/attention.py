"""The cross-attention of a recording: who looked where, in source samples."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]
Int64 = npt.NDArray[np.int64]

ALL = slice(None)


@dataclass(frozen=True, slots=True)
class AttentionBand:
    """Attention of every patch over the wave features in its window.

    A window is at most ten seconds, so the map of a long recording is a band; only the band is
    kept.

    Attributes
    ----------
    weights : numpy.ndarray [n_patches, n_heads, width]
        Row ``p`` covers keys ``first_key[p] ... first_key[p] + width``; 0 where its window had
        fewer. Each row sums to 1.
    first_key : numpy.ndarray [n_patches]
        Index of the first wave feature of each row.
    query_extents : numpy.ndarray [n_patches, 2]
        Source samples [start, stop) that each patch sees.
    key_extents : numpy.ndarray [n_keys, 2]
        Source samples [start, stop) that each wave feature sees.
    sample_rate : int
        Rate of the source in hertz.
    """

    weights: Float32
    first_key: Int64
    query_extents: Int64
    key_extents: Int64
    sample_rate: int

    @property
    def n_patches(self) -> int:
        """Number of queries."""
        return self.weights.shape[0]

    @property
    def n_heads(self) -> int:
        """Number of attention heads."""
        return self.weights.shape[1]

    @property
    def n_keys(self) -> int:
        """Number of wave features."""
        return len(self.key_extents)

    def query_s(self) -> npt.NDArray[np.float64]:
        """Return the centre of each patch in seconds [n_patches]."""
        return self.query_extents.mean(1) / self.sample_rate

    def key_s(self) -> npt.NDArray[np.float64]:
        """Return the centre of each wave feature in seconds [n_keys]."""
        return self.key_extents.mean(1) / self.sample_rate

    def rows(self, head: int | None, patches: slice = ALL) -> Float32:
        """Return the band [n, width] of one head, or the mean over heads for None.

        The weights of a long recording may lie on the disk: ask for the patches that are looked at.
        """
        weights = self.weights[patches]
        return weights.mean(1) if head is None else weights[:, head]

    def dense(self, head: int | None, first: int = 0, stop: int | None = None) -> Float32:
        """Return patches `first` to `stop` as a matrix [stop - first, n_keys]."""
        rows = self.rows(head, slice(first, stop))
        matrix = np.zeros((len(rows), self.n_keys), np.float32)
        for row, start, values in zip(matrix, self.first_key[first:stop], rows, strict=True):
            kept = row[start : start + len(values)]
            kept[:] = values[: len(kept)]
        return matrix

    def ridge_s(self, head: int | None, patches: slice = ALL) -> npt.NDArray[np.float64]:
        """Return where each patch looks on average: the centroid of key time [n], s."""
        return self._moment(head, self.key_s(), patches)

    def spread_s(self, head: int | None) -> npt.NDArray[np.float64]:
        """Return how far each patch's attention spreads: its standard deviation [n_patches], s."""
        key_s = self.key_s()
        variance = self._moment(head, key_s**2) - self._moment(head, key_s) ** 2
        return np.sqrt(np.maximum(variance, 0.0))

    def _moment(
        self, head: int | None, values: npt.NDArray[np.float64], patches: slice = ALL
    ) -> npt.NDArray[np.float64]:
        rows = self.rows(head, patches).astype(np.float64)
        padded = np.concatenate((values, np.zeros(rows.shape[1])))
        at = self.first_key[patches, None] + np.arange(rows.shape[1])
        return (rows * padded[at]).sum(1) / np.maximum(rows.sum(1), 1e-12)
