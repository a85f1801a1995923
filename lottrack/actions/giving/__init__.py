"""From the order to the infusion: preparing, verifying, dispensing, giving."""
