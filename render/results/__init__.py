"""What a folder's runs came to, and how it is kept."""
