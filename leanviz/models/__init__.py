"""What the views show; QtCore only."""
