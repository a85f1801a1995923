"""From the explained verdict on a lot to the signed disposition of its fills, and holds."""
