"""lottrack keeps the record of a cell therapy, from the donor's marrow to the patient's vein."""

__version__ = "0.1.0"
