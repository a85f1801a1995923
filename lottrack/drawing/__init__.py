"""Values in, SVG or PNG out."""
