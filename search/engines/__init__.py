"""The engines that can stand behind the narrow interface."""
