"""Parameters into studies: sessions, keys, execution, publication, the site and the command line."""
