"""Adapters for recommenders that people run: implicit, faiss, lightfm, cornac. Each imports its host."""
