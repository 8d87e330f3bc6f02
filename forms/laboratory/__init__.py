"""What is derived and checked of laboratory results, by what it is about; forms/crfs/laboratory.py adopts it."""
