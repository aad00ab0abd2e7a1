"""The mathematics: NumPy only, readable in one sitting. Begin with network.py."""
