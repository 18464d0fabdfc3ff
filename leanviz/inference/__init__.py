"""The only place that knows ONNX Runtime."""
