using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Callgate.Samples.Tests;

/// <summary><c>callgate demo --once</c> and <c>callgate chat</c>, as processes.</summary>
public partial class DemoTests
{
    private static string Host => HostProcess.Dll;

    [Fact]
    public async Task The_demo_ends_by_itself_and_its_table_tells_how_every_call_ended()
    {
        var result = await Command.RunAsync(["dotnet", Host, "demo", "--once"], TestContext.Current.CancellationToken);

        Assert.True(result.ExitCode == 0, $"{result.Output}\n{result.Error}");
        Assert.Empty(result.Error);
        Assert.DoesNotContain('\e', result.Output);
        Assert.Equal(
            [
                "gpt-4o|chat|Completed|2+7|$0.000075",
                "gpt-4o-mini|stream|Completed|8+8|$0.000006",
                "claude-sonnet-4-5|chat|Completed|8+9|$0.000159",
                "claude-haiku-4-5|messages|Completed|5+9|$0.00005",
                "gpt-4.1-mini|messages|Completed|5+8|$0.0000148",
                "claude-haiku-4-5|responses|Completed|5+9|$0.00005",
                "text-embedding-3-small|embeddings|Completed|6+0|$0.00000012",
                "gpt-4o|retry|Completed|8+7|$0.00009",
                "claude-sonnet-4-5|fallback|Completed|2+9|$0.000141",
                "gpt-4o|cache|CacheHit|2+7|$0.00",
                "gpt-4o|refused|Rejected|0+0|$0.00",
                "unknown|acompletion|Rejected|0+0|$0.00",
                "gpt-4o|broken off|ClientAborted",
            ],
            // How far the provider had come when the last one was broken off differs.
            Rows(result.Output)
                .Select(r => string.Join('|', r.Skip(1).SkipLast(r is [.., "broken off", _, _, _, _] ? 3 : 1)))
        );
        Assert.Contains("13 calls, 10 of them succeeded: ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_shows_the_events_of_a_call_and_loses_none()
    {
        var result = await Command.RunAsync(["dotnet", Host, "demo", "--once"], TestContext.Current.CancellationToken);

        var retried = result.Output.Split("\n\n").Single(b => b.Contains(": a retry", StringComparison.Ordinal));
        Assert.Equal(
            ["pre-call", "post-call", "pre-call", "post-call", "success", "client"],
            EventName().Matches(retried).Select(m => m.Groups[1].Value)
        );
        Assert.Contains("HTTP 429", retried, StringComparison.Ordinal);
        // What an Anthropic model is sent is not what was asked for.
        Assert.Contains(
            "\"system\":[{\"type\":\"text\",\"text\":\"Be brief.\"}]",
            result.Output,
            StringComparison.Ordinal
        );
        var balance = Balance().Match(result.Output);
        Assert.True(balance.Success, result.Output);
        Assert.Equal(balance.Groups["accepted"].Value, balance.Groups["delivered"].Value);
        Assert.NotEqual("0", balance.Groups["accepted"].Value);
    }

    [Fact]
    public async Task The_demo_answers_the_line_that_it_prints_until_it_is_stopped_and_leaves_no_process_behind()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals to send.");
        await using var demo = await HostProcess.StartAsync(["demo"]);
        using var provider = Process.GetProcessById(int.Parse(ProviderId().Match(demo.Output).Groups[1].Value));

        var answer = await Shell.RunCurlAsync(demo.Curl);
        await demo.ReadToAsync(l => l.StartsWith("     success", StringComparison.Ordinal));
        demo.Terminate();
        var exitCode = await demo.EndAsync();
        await provider.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Contains("Hello from gpt-4o (mock).", answer, StringComparison.Ordinal);
        Assert.Equal(0, exitCode);
        Assert.Contains("14 calls, 11 of them succeeded: ", demo.Output, StringComparison.Ordinal);
        Assert.Matches(Balance(), demo.Output);
    }

    [Fact]
    public async Task A_chat_answers_and_tells_the_cost_until_an_empty_line()
    {
        var result = await Command.RunAsync(
            ["dotnet", Host, "chat", "mock/gpt-4o"],
            TestContext.Current.CancellationToken,
            input: "Hello\n\nnot sent\n"
        );

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal("> Hello from gpt-4o (mock).\n2 + 7 tokens, $0.000075\n> ", result.Output);
    }

    private static IEnumerable<string[]> Rows(string output) =>
        output
            .Split('\n')
            .Where(l => TableRow().IsMatch(l))
            .Select(l => l.Trim('|').Split('|', StringSplitOptions.TrimEntries));

    [GeneratedRegex(@"\(process (\d+)\)")]
    private static partial Regex ProviderId();

    [GeneratedRegex(@"^\| *\d+\|")]
    private static partial Regex TableRow();

    [GeneratedRegex(@"^     (\S+)", RegexOptions.Multiline)]
    private static partial Regex EventName();

    [GeneratedRegex(
        @"^(?<accepted>\d+) events = (?<delivered>\d+) delivered \+ 0 pending \+ 0 dropped$",
        RegexOptions.Multiline
    )]
    private static partial Regex Balance();
}
