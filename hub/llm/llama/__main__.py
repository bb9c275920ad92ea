"""``python -m hub.llm.llama --uri unix://… --model FILE``: the language model's process."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ.setdefault("GGML_NO_BACKTRACE", "1")  # a crash must end this process, not start a debugger on it

from hub.engines.program import arguments, run
from hub.llm.llama.chat import Chat
from hub.llm.llama.errors import LlamaFailed
from hub.llm.llama.library import Llama, Sizes
from hub.llm.llama.listening import listening
from hub.llm.llama.prefix import PrefixFile
from hub.llm.llama.service import ChatService
from hub.llm.llama.template import Marks, Template

_MOST_THREADS = 4  # more are slower on the boards that this is for


def main() -> int:
    parser = arguments("llama.cpp as chat completions")
    parser.add_argument("--model", required=True, type=Path, help="a GGUF file")
    parser.add_argument("--name", default="", help="what the model is called; default: the file's name")
    parser.add_argument("--context-tokens", type=int, default=4096, help="prompt and answer together")
    parser.add_argument("--threads", type=int, default=0, help="0: one per core, four at most")
    parser.add_argument("--cache", type=Path, help="folder for the memory of what every prompt begins with")
    args = parser.parse_args()

    async def engine() -> None:
        cores = len(os.sched_getaffinity(0))
        sizes = Sizes(args.context_tokens, args.threads or min(_MOST_THREADS, cores))
        if not args.model.is_file():
            raise LlamaFailed("llm-model-invalid", f"{args.model} does not exist; `earshot models list --stage llm`")
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="llama") as worker:
            in_worker = asyncio.get_running_loop().run_in_executor
            llama = await in_worker(worker, Llama, args.model, sizes)
            prefix = PrefixFile(args.cache, args.model, llama.context_tokens) if args.cache else None
            if prefix:
                await in_worker(worker, prefix.load, llama)
            marks = Marks(llama.text_of("bos"), llama.text_of("eos"))
            chat = Chat(llama, Template(llama.metadata("tokenizer.chat_template"), marks), prefix)
            service = ChatService(args.name or args.model.stem, llama, chat, worker)
            stop = asyncio.Event()
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
            async with listening(service.app(), args.uri):
                await stop.wait()
            llama.stop()

    return run(args, engine)


if __name__ == "__main__":
    sys.exit(main())
