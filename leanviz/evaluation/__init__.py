"""What a model folder is worth: labelled clips through the engine that users run."""
