"""Who stays and who leaves, when and why, what renews next, and what a customer is worth."""
