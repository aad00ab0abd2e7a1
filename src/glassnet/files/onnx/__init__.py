"""A whole model as one ONNX file: docs/onnx.md says what goes in and what comes out.

`graph` builds graphs, `columns` writes a table's encoding, `layers` networks, `targets` what scores
mean; `check` lets onnxruntime answer beside the model, and `write` puts them together. `inputs`
feeds such a file. The packages onnx and onnxruntime are imported when a file is made.
"""
