"""What the inquiry asks: requests, paragraphs and dates."""
