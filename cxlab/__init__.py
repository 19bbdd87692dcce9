"""cxlab: a research workbench for customer experience.

In a notebook: `import cxlab as cx`, then one function per question, each on a tidy frame. The public names
stand in `__init__.pyi`; each is imported when it is first used, so that `import cxlab` costs next to nothing.
"""

from importlib.metadata import version

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__version__ = version("cxlab")
