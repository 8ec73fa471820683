"""What things are: pure values of project billing, with no input or output."""
