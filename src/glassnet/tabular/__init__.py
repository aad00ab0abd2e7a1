"""Any raw table in, one float matrix out. Begin with table.py.

`frames` reads a table column by column, `cells` says what a column's cells are, `columns` decides
what becomes of each, `encoders` does it, `scaling` brings the numbers to one size, `matching` finds
the columns again in a later table. `Table` holds what was learned as plain data, which is applied
with NumPy alone. `embeddings` and `blocks` are the layers of a network for such a matrix.
"""
