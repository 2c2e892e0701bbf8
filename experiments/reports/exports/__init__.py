"""Reports that leave the product as files: each form is one module with one function."""
