"""Chat: language models of every provider, conversations, images and embeddings."""

from workbench.chat.ai import AIService
from workbench.chat.reply import ChatReply
from workbench.chat.service import ChatService

__all__ = ["AIService", "ChatReply", "ChatService"]
