"""What the server says on stderr: our own loggers only, the root logger and its handlers are the user's.

A line of figures every STATS_SECONDS while there is something to tell; a line for each request only where the plan says so.
"""
import asyncio
import logging
import sys

from quire.core.log import Fallback
from quire.core.plan import Plan
from quire.engine.client import Client
from quire.server.rates import Rates

STATS_SECONDS = 10.0
FORMAT = "%(asctime)s %(levelname)s %(message)s"
log = logging.getLogger("quire.server")


def set_up(plan: Plan) -> None:
    """Handlers that are there already stay alone: then somebody else has decided. One that only stands in is none."""
    for name, level in (("quire", plan.log_level.upper()), ("uvicorn", "ERROR")):
        logger = logging.getLogger(name)
        logger.setLevel(level)
        if all(isinstance(handler, Fallback) for handler in logger.handlers):
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(logging.Formatter(FORMAT, "%H:%M:%S"))
            logger.addHandler(handler)
            logger.propagate = False


async def tell_stats(client: Client, plan: Plan) -> None:
    """Until it is cancelled. Silent while nothing happens."""
    rates, told = Rates(), ""
    while True:
        await asyncio.sleep(STATS_SECONDS)
        line = stats_line(client, plan, rates)
        if line != told:
            log.info("%s", line)
        told = line


def stats_line(client: Client, plan: Plan, rates: Rates) -> str:
    figures = client.figures()
    rate = rates.at(figures)
    hit_rate = figures.num_prefix_hits / figures.num_prefix_queries if figures.num_prefix_queries else 0.0
    device = "GPU" if plan.device == "cuda" else "CPU"
    return (f"Engine 000: Avg prompt throughput: {rate.prompt:.1f} tokens/s, "
            f"Avg generation throughput: {rate.generated:.1f} tokens/s, Running: {figures.num_running} reqs, "
            f"Waiting: {figures.num_waiting} reqs, {device} KV cache usage: {figures.kv_usage:.1%}, "
            f"Prefix cache hit rate: {hit_rate:.1%}")
