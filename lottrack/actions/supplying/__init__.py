"""Supply of a container that is out of specification, on a physician's signed request."""
