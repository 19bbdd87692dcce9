"""Is it fit to analyse?"""
