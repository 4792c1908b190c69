"""The parts of the gazetteer's build; `tools/build_gazetteer.py` runs them."""
