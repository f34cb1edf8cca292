namespace Callgate.Tests.Recorded;

/// <summary>
/// Streams of chat completions in OpenAI's format, written after its public OpenAPI description and examples.
/// </summary>
internal static class OpenAiStreams
{
    /// <summary>Text without usage, as it comes to those who didn't ask for it.</summary>
    public const string Plain = """
        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"Hello"},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"!"},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}

        data: [DONE]


        """;

    /// <summary>Text, then the chunk with the usage and no choices.</summary>
    public const string Usage = """
        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"Hello"},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"!"},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}

        data: [DONE]


        """;

    /// <summary>Every chunk says that it has no usage, and the last one has.</summary>
    public const string UsageNullOnEach = """
        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"Hello"},"logprobs":null,"finish_reason":null}],"usage":null}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"!"},"logprobs":null,"finish_reason":null}],"usage":null}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[],"usage":{"prompt_tokens":1200,"completion_tokens":10,"total_tokens":1210,"prompt_tokens_details":{"cached_tokens":1024,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}

        data: [DONE]


        """;

    /// <summary>A tool call in pieces.</summary>
    public const string Tools = """
        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_abc123","type":"function","function":{"name":"get_current_weather","arguments":""}}],"refusal":null},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"location\":"}}]},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"Boston, MA\"}"}}]},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"tool_calls"}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[],"usage":{"prompt_tokens":82,"completion_tokens":17,"total_tokens":99,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}

        data: [DONE]


        """;

    /// <summary>Two calls at once.</summary>
    public const string ParallelTools = """
        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"role":"assistant","content":null},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_paris","type":"function","function":{"name":"get_weather","arguments":""}}]},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":\"Paris\"}"}}]},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"call_tokyo","type":"function","function":{"name":"get_weather","arguments":""}}]},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{\"city\":"}}]},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"\"Tokyo\"}"}}]},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"tool_calls"}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[],"usage":{"prompt_tokens":95,"completion_tokens":40,"total_tokens":135,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}

        data: [DONE]


        """;

    /// <summary>Reasoning text, as compatible providers send it, then the answer.</summary>
    public const string Reasoning = """
        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"role":"assistant","content":null,"reasoning_content":""},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"reasoning_content":"2 + 2"},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"reasoning_content":" is 4."},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"4"},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":20,"total_tokens":32,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":16,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}

        data: [DONE]


        """;

    /// <summary>The model's refusal in pieces.</summary>
    public const string Refusal = """
        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"refusal":"I'm sorry, "},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"refusal":"I can't help with that."},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[],"usage":{"prompt_tokens":30,"completion_tokens":12,"total_tokens":42,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}

        data: [DONE]


        """;

    /// <summary>Two answers, interleaved.</summary>
    public const string TwoChoices = """
        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":1,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"A"},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":1,"delta":{"content":"B"},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"a"},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":1,"delta":{},"logprobs":null,"finish_reason":"length"}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}

        data: [DONE]


        """;

    /// <summary>Cut off by the provider's filter.</summary>
    public const string ContentFilter = """
        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"Well"},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"content_filter"}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}

        data: [DONE]


        """;

    /// <summary>Breaks off with an error.</summary>
    public const string ErrorInStream = """
        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"Hel"},"logprobs":null,"finish_reason":null}]}

        data: {"error":{"message":"The server had an error while processing your request.","type":"server_error","param":null,"code":null}}


        """;

    /// <summary>Finishes, but neither the usage nor the end mark comes.</summary>
    public const string FinishWithoutUsage = """
        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"Hello"},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"!"},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}


        """;

    /// <summary>The connection ends in the middle.</summary>
    public const string Cut = """
        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]}

        data: {"id":"chatcmpl-9xRec","object":"chat.completion.chunk","created":1741569952,"model":"gpt-5.4","service_tier":"default","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"Hello"},"logprobs":null,"finish_reason":null}]}


        """;

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<(string Name, string Sse)> All { get; } =
    [
        (nameof(Plain), Plain),
        (nameof(Usage), Usage),
        (nameof(UsageNullOnEach), UsageNullOnEach),
        (nameof(Tools), Tools),
        (nameof(ParallelTools), ParallelTools),
        (nameof(Reasoning), Reasoning),
        (nameof(Refusal), Refusal),
        (nameof(TwoChoices), TwoChoices),
        (nameof(ContentFilter), ContentFilter),
        (nameof(ErrorInStream), ErrorInStream),
        (nameof(FinishWithoutUsage), FinishWithoutUsage),
        (nameof(Cut), Cut),
    ];
}
