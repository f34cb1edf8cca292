using static Callgate.Tests.Providers.Anthropic.AnthropicWire;

namespace Callgate.Tests.Providers.Anthropic;

// The exchanges follow platform.claude.com/docs, the page that each test names.
public class AnthropicContentTests
{
    private static void AssertParts(string parts, string blocks) =>
        AssertJson(
            $$$"""[{"role":"user","content":{{{blocks}}}}]""",
            Body($$$"""{"model":"claude-opus-4-8","messages":[{"role":"user","content":{{{parts}}}}]}""")["messages"]
        );

    // build-with-claude/vision
    [Fact]
    public void Images_ByDataAndByAddress_BecomeSources() =>
        AssertParts(
            """
            [{"type":"text","text":"Compare."},
             {"type":"image_url","image_url":{"url":"data:image/jpeg;base64,/9j/4AAQ+A==","detail":"high"}},
             {"type":"image_url","image_url":{"url":"data:image/jpg;base64,/9j/"},"cache_control":{"type":"ephemeral"}},
             {"type":"image_url","image_url":{"url":"https://upload.wikimedia.org/ant.jpg"}}]
            """,
            """
            [{"type":"text","text":"Compare."},
             {"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"/9j/4AAQ+A=="}},
             {"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"/9j/"},"cache_control":{"type":"ephemeral"}},
             {"type":"image","source":{"type":"url","url":"https://upload.wikimedia.org/ant.jpg"}}]
            """
        );

    // build-with-claude/pdf-support, build-with-claude/files, build-with-claude/citations
    [Fact]
    public void Files_OfEveryKind_BecomeDocuments() =>
        AssertParts(
            """
            [{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0="},"citations":{"enabled":true}},
             {"type":"file","file":{"file_data":"JVBERi0="}},
             {"type":"file","file":{"file_data":"data:text/plain;base64,Z3LDvG4="}},
             {"type":"file","file":{"file_data":"data:text/plain,a%20b"}},
             {"type":"file","file":{"file_data":"data:image/png;base64,iVBO"}},
             {"type":"file","file":{"file_id":"file_011CNha8iCJcU1wXNR6q4V8w"}},
             {"type":"file","file":{"file_id":"https://example.com/b.pdf"}}]
            """,
            """
            [{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="},"title":"a.pdf","citations":{"enabled":true}},
             {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0="}},
             {"type":"document","source":{"type":"text","media_type":"text/plain","data":"grün"}},
             {"type":"document","source":{"type":"text","media_type":"text/plain","data":"a b"}},
             {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}},
             {"type":"document","source":{"type":"file","file_id":"file_011CNha8iCJcU1wXNR6q4V8w"}},
             {"type":"document","source":{"type":"url","url":"https://example.com/b.pdf"}}]
            """
        );

    // build-with-claude/search-results
    [Fact]
    public void Blocks_InAnthropicsOwnForm_GoOnAsTheyAre() =>
        AssertParts(
            """[{"type":"search_result","source":"https://x","title":"T","content":[{"type":"text","text":"c"}],"cache_control":{"type":"ephemeral"}}]""",
            """[{"type":"search_result","source":"https://x","title":"T","content":[{"type":"text","text":"c"}],"cache_control":{"type":"ephemeral"}}]"""
        );

    // build-with-claude/prompt-caching
    [Fact]
    public void CacheMark_OnTheMessage_GoesToItsLastBlock()
    {
        var body = Body(
            """
            {"model":"claude-opus-4-8","messages":[
              {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}],"cache_control":{"type":"ephemeral"}},
              {"role":"assistant","content":"c","tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{}"}}],"cache_control":{"type":"ephemeral"}},
              {"role":"tool","tool_call_id":"t1","content":"d","cache_control":{"type":"ephemeral"}}
            ]}
            """
        );

        AssertJson(
            """
            [{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b","cache_control":{"type":"ephemeral"}}]},
             {"role":"assistant","content":[{"type":"text","text":"c"},{"type":"tool_use","id":"t1","name":"f","input":{},"cache_control":{"type":"ephemeral"}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"d","cache_control":{"type":"ephemeral"}}]}]
            """,
            body["messages"]
        );
    }

    // build-with-claude/extended-thinking
    [Fact]
    public void ThinkingBlocks_GoBackBeforeEverythingElse_UnlessUnsigned()
    {
        var body = Body(
            """
            {"model":"claude-opus-4-8","messages":[
              {"role":"user","content":"Weather?"},
              {"role":"assistant","content":"I look.","reasoning_content":"Hm.","thinking_blocks":[
                {"type":"thinking","thinking":"Hm.","signature":"EqQB"},
                {"type":"thinking","thinking":"of another provider"},
                {"type":"thinking","signature":"omitted"},
                {"type":"redacted_thinking","data":"EmwK"}],
               "tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},
              {"role":"tool","tool_call_id":"t1","content":"18"}
            ]}
            """
        );

        AssertJson(
            """
            [{"type":"thinking","thinking":"Hm.","signature":"EqQB"},
             {"type":"thinking","thinking":"","signature":"omitted"},
             {"type":"redacted_thinking","data":"EmwK"},
             {"type":"text","text":"I look."},
             {"type":"tool_use","id":"t1","name":"f","input":{"a":1}}]
            """,
            body["messages"]![1]!["content"]
        );
    }

    [Fact]
    public void Refusal_OfAnEarlierTurn_GoesBackAsText() =>
        AssertJson(
            """[{"type":"text","text":"I can't."}]""",
            Body(
                """{"model":"claude-opus-4-8","messages":[{"role":"user","content":"?"},{"role":"assistant","refusal":"I can't."},{"role":"user","content":"!"}]}"""
            )["messages"]![1]!["content"]
        );
}
