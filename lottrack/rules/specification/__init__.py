"""What a product must be: criteria, their limits, and what results say about them."""
