"""stub"""
from typing import Any
from ..model import Recording
def is_collection(content: Any) -> bool:
    return False
def read(content: Any, variables: Any) -> Recording:
    raise NotImplementedError
