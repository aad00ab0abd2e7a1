"""A record to bytes and back: docs/model-file.md has the format.

`atomic` writes whole files or none; `layout` is the frame, that of safetensors; `strict` reads its
JSON, `nodes` what is in it, `tables` and `records` what that says; `model_file` puts them together,
and `predictor` is what users meet. Nothing is built by a name that stands in a file.
"""
