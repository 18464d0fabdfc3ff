"""What leanviz writes for other programs and reads back."""
