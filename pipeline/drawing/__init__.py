"""Drawing by hand: how wide a text is, and the SVG that pictures are made of."""
