"""May these containers go into this patient now? The protocol, the dose, every refusal."""
