"""The specification's own Python examples, only their imports changed."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest

from tests.standin import StandIn


@pytest.fixture
def openai(monkeypatch):
    """A wire-level OpenAI that the real SDK talks to."""
    with StandIn() as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url("openai"))
        yield server


def test_basic_chat_implementation(openai, studio, capsys):
    user_id = studio.user_id

    from workbench import AIService, ChatService

    # Initialize services
    chat_service = ChatService()
    ai_service = AIService()  # noqa: F841 - the example's own line

    # Create a new chat session
    session_id = chat_service.create_session(user_id, "My AI Chat")

    # Send a message and get AI response
    response = chat_service.chat_completion(
        session_id=session_id,
        user_message="What is artificial intelligence?",
        model="gpt-4o",
        provider="openai",
    )

    print(f"AI Response: {response['content']}")

    assert "What is artificial intelligence?" in capsys.readouterr().out
    session_data = chat_service.get_session(session_id, user_id)
    for message in session_data["messages"]:
        print(f"{message['role']}: {message['content']}")
    assert [message["role"] for message in session_data["messages"]] == ["user", "assistant"]


def test_methods_of_the_chat_service(openai, studio):
    user_id = studio.user_id
    from workbench import ChatService

    chat_service = ChatService()
    session_id = chat_service.create_session(user_id, "My Chat Session")
    message_id = chat_service.add_message(session_id, "user", "Hello AI!")
    assert chat_service.get_session(session_id, user_id)["messages"][0]["id"] == message_id
    response = chat_service.chat_completion(session_id, "What is AI?", "gpt-4o")
    print(response["content"])
    assert response["model"].startswith("gpt-4o")


def test_ai_service_usage(openai, studio, capsys):
    from workbench import AIService

    ai_service = AIService()

    # Chat completion
    messages = [
        {"role": "system", "content": "You are a helpful assistant"},
        {"role": "user", "content": "Explain quantum computing"},
    ]

    response = ai_service.chat_completion(
        messages=messages,
        provider="openai",
        model="gpt-4o",
        settings={"temperature": 0.7, "max_tokens": 1000},
    )

    print(f"Response: {response['content']}")
    print(f"Tokens used: {response['tokens_used']}")
    print(f"Cost: ${response['cost']:.4f}")

    # Generate image
    image_result = ai_service.generate_image_openai(
        prompt="A futuristic AI robot in a laboratory", size="1024x1024", quality="hd"
    )

    print(f"Image URL: {image_result['url']}")

    # Get embeddings
    text = "This is a sample text for embedding"
    embedding = ai_service.get_embedding(text, "text-embedding-3-small")
    print(f"Embedding dimension: {len(embedding)}")

    for chunk in ai_service.stream_chat_completion(messages, "openai"):
        print(chunk["content"], end="", flush=True)

    printed = capsys.readouterr().out
    assert (
        "Tokens used: " in printed and "Image URL: file://" in printed and "Embedding dimension: " in printed
    )
    assert response["cost"] > 0
    assert sorted(set(studio.runs.frame()["kind"])) == ["chat", "embedding", "image"]
    assert studio.runs.verify() == []


def test_database_operations(studio, capsys):
    from workbench.storage import ChatMessage, ChatSession, User, db

    # Create a new user
    user = User(
        id=str(uuid.uuid4()),
        email="user@example.com",
        username="username",
        first_name="John",
        last_name="Doe",
    )
    db.session.add(user)
    db.session.commit()

    # Create a chat session
    session = ChatSession(
        id=str(uuid.uuid4()),
        user_id=user.id,
        title="My Chat Session",
        model_name="gpt-4o",
        model_provider="openai",
    )
    db.session.add(session)
    db.session.commit()

    # Add messages
    message = ChatMessage(
        id=str(uuid.uuid4()), session_id=session.id, role="user", content="Hello AI!", tokens_used=5
    )
    db.session.add(message)
    db.session.commit()

    # Query messages
    messages = ChatMessage.query.filter_by(session_id=session.id).order_by(ChatMessage.created_at).all()
    for msg in messages:
        print(f"{msg.role}: {msg.content}")

    assert capsys.readouterr().out == "user: Hello AI!\n"
    # Query user
    user = User.query.filter_by(email="user@example.com").first()
    assert user.first_name == "John" and user.role == "user" and user.subscription_tier == "free"


def test_utility_functions(tmp_path):
    from workbench import (
        calculate_file_hash,
        format_datetime,
        format_file_size,
        generate_api_key,
        generate_secure_token,
        get_file_type_icon,
        hash_password,
        time_ago,
        truncate_text,
        verify_password,
    )

    assert len(generate_secure_token(32)) == 32
    assert generate_api_key().startswith("ask_")
    result = hash_password("mypassword")
    stored_hash = result["hash"]
    salt = result["salt"]
    assert verify_password("mypassword", stored_hash, salt) and not verify_password(
        "other", stored_hash, salt
    )
    assert format_file_size(1024) == "1.0 KB"
    assert get_file_type_icon("document.pdf") == "fas fa-file-pdf text-danger"
    path = tmp_path / "file.txt"
    path.write_bytes(b"abc")
    # FIPS 180-2, appendix B.1
    assert (
        calculate_file_hash(str(path), "sha256")
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    assert truncate_text("Very long text here", 10) == "Very long..."
    assert format_datetime(datetime(2024, 1, 15), "%Y-%m-%d") == "2024-01-15"
    from datetime import UTC

    assert time_ago(datetime.now(UTC) - timedelta(hours=2)) == "2 hours ago"
