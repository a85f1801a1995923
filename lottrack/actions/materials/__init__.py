"""Materials: what touches the cells beside the cells, from its receipt to the last millilitre."""
