"""Understanding and answering what no sentence fits: a language model with the house's own actions."""
