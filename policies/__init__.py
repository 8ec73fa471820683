"""What may happen: data files beside the pure engines that read them."""
