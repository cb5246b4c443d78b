"""What a person sees on a page: its prices, its stock, its labels."""
