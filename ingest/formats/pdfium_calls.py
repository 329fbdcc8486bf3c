"""The calls into PDFium that are made for each word or object of a page, with addresses as plain numbers.

A page has hundreds of both, and making a Python object for every pointer takes most of the time of such a call.
"""

import ctypes
from typing import Any

import pypdfium2.raw as raw


def address_of(handle: Any) -> int:
    """Where what a handle of PDFium points to lies."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def object_at(address: int) -> Any:
    """The handle of the object at this address, for all other calls."""
    return ctypes.cast(address, raw.FPDF_PAGEOBJECT)


def _plainly(function: Any, *arguments: Any, answer: Any = ctypes.c_int) -> Any:
    """The same function of the library, which takes and gives addresses as numbers; none is 0 or None."""
    address = address_of(function)
    return ctypes.CFUNCTYPE(answer, *arguments)(address)


_ADDRESS, _NUMBER = ctypes.c_void_p, ctypes.c_int
page_object = _plainly(raw.FPDFPage_GetObject, _ADDRESS, _NUMBER, answer=_ADDRESS)
form_object = _plainly(raw.FPDFFormObj_GetObject, _ADDRESS, ctypes.c_ulong, answer=_ADDRESS)
kind_of = _plainly(raw.FPDFPageObj_GetType, _ADDRESS)
render_mode_of = _plainly(raw.FPDFTextObj_GetTextRenderMode, _ADDRESS)
loose_box = _plainly(raw.FPDFText_GetLooseCharBox, _ADDRESS, _NUMBER, _ADDRESS)
segments_in = _plainly(raw.FPDFPath_CountSegments, _ADDRESS)
draw_mode_into = _plainly(raw.FPDFPath_GetDrawMode, _ADDRESS, _ADDRESS, _ADDRESS)
bounds_into = _plainly(raw.FPDFPageObj_GetBounds, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS)
