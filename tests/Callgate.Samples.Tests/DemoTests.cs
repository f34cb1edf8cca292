using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Callgate.Samples.Tests;

/// <summary><c>callgate demo --once</c> and <c>callgate chat</c>, as processes.</summary>
public partial class DemoTests
{
    private static string Host =>
        Repository.PathOf($"src/Callgate.Host/bin/{Repository.Configuration}/net10.0/Callgate.Host.dll");

    [Fact]
    public async Task The_demo_ends_by_itself_and_its_table_tells_how_every_call_ended()
    {
        var result = await Command.RunAsync(["dotnet", Host, "demo", "--once"], TestContext.Current.CancellationToken);

        Assert.True(result.ExitCode == 0, $"{result.Output}\n{result.Error}");
        Assert.Empty(result.Error);
        Assert.DoesNotContain('\e', result.Output);
        Assert.Equal(
            [
                "gpt-4o|sync|Completed|6+7|$0.000085",
                "gpt-5-mini|async|Completed|6+8|$0.0000175",
                "gpt-4o-mini|stream|Completed|9+8|$0.00000615",
                "gpt-4.1-mini|stream, sync|Completed|9+8|$0.0000164",
                "claude-sonnet-4-5|async|Completed|9+9|$0.000162",
                "claude-haiku-4-5|stream|Completed|9+9|$0.000054",
                "text-embedding-3-small|embed, sync|Completed|7+0|$0.00000014",
                "text-embedding-3-large|embed|Completed|7+0|$0.00000091",
                "gpt-4o|retry|Completed|9+7|$0.0000925",
                "claude-sonnet-4-5|fallback|Completed|6+9|$0.000153",
                "gpt-5-mini|cache|CacheHit|6+8|$0.00",
                "gpt-4o|failure|UpstreamFailed|0+0|$0.00",
                "gpt-4o|broken off|ClientAborted|20+6|~$0.00011",
            ],
            Rows(result.Output).Select(r => string.Join('|', r.Skip(1).SkipLast(1)))
        );
        Assert.Contains(
            "13 calls, 11 of them succeeded: 103 + 79 tokens, $0.0006976, ",
            result.Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_demo_shows_the_events_of_a_call_and_loses_none()
    {
        var result = await Command.RunAsync(["dotnet", Host, "demo", "--once"], TestContext.Current.CancellationToken);

        var retried = result.Output.Split("\n\n").Single(b => b.Contains(": a retry", StringComparison.Ordinal));
        Assert.Equal(
            ["pre-call", "post-call", "pre-call", "post-call", "success"],
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
    public async Task The_demo_goes_on_until_it_is_stopped_and_leaves_no_process_behind()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals to send.");
        var cancellationToken = TestContext.Current.CancellationToken;
        using var demo = Process.Start(
            new ProcessStartInfo("dotnet", [Host, "demo"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        try
        {
            var output = new StringBuilder();
            while (!output.ToString().Contains("Going on with", StringComparison.Ordinal))
            {
                output.AppendLine(await demo.StandardOutput.ReadLineAsync(cancellationToken));
            }

            using var provider = Process.GetProcessById(
                int.Parse(ProviderId().Match(output.ToString()).Groups[1].Value)
            );
            // A shell that starts us in the background has us ignore SIGINT: this is Ctrl+C's sister.
            using var kill = Process.Start("kill", ["-TERM", $"{demo.Id}"]);
            var rest = await demo.StandardOutput.ReadToEndAsync(cancellationToken);
            await demo.WaitForExitAsync(cancellationToken);
            await provider.WaitForExitAsync(cancellationToken);

            Assert.Equal(0, demo.ExitCode);
            Assert.True(Rows(rest).Count() >= 13, rest);
            Assert.Matches(Balance(), rest);
        }
        finally
        {
            demo.Kill(entireProcessTree: true);
        }
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
