"""A simulated company with planted truth, written out as real survey tools write their exports."""

from cxlab.demo.truth import DemoTruth, MarketTruth, demo_truth
from cxlab.demo.write import write_demo

__all__ = ["DemoTruth", "MarketTruth", "demo_truth", "write_demo"]
