"""The only room that knows codes, images and printers."""
