"""init_logger, which guides take from here: a logger that is the program's own to set up."""
import logging


def init_logger(name: str) -> logging.Logger:
    return logging.getLogger(name)
