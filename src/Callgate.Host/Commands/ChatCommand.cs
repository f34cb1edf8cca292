using System.CommandLine;
using Callgate.Wire;
using Spectre.Console;

namespace Callgate.Host.Commands;

/// <summary><c>chat MODEL</c>: a conversation, with the cost of each answer. An empty line ends it.</summary>
internal static class ChatCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("model")
        {
            Description = "provider/model, a well-known bare name, or mock/MODEL.",
        };
        var command = new Command("chat", "Talks with a model. An empty line ends it.") { model };
        command.SetAction(
            (arguments, cancellationToken) => RunAsync(arguments.GetRequiredValue(model), cancellationToken)
        );
        return command;
    }

    private static async Task<int> RunAsync(string model, CancellationToken cancellationToken)
    {
        await using var client = new LlmClient();
        client.SuccessCallbacks.Add(
            (call, _, _, _) =>
                AnsiConsole.MarkupLineInterpolated(
                    $"[grey]{call.Usage.PromptTokens} + {call.Usage.CompletionTokens} tokens, {Demo.DemoTable.Dollars(call)}[/]"
                )
        );
        List<Message> messages = [];
        while (true)
        {
            AnsiConsole.Markup("[bold]>[/] ");
            if (await Console.In.ReadLineAsync(cancellationToken) is not { Length: > 0 } line)
            {
                return 0;
            }

            messages.Add(Message.User(line));
            try
            {
                var answer = "";
                await foreach (
                    var chunk in client.CompleteStreamingAsync(model, messages, cancellationToken: cancellationToken)
                )
                {
                    Console.Write(chunk.Text);
                    answer += chunk.Text;
                }

                Console.WriteLine();
                messages.Add(Message.Assistant(answer));
            }
            catch (LlmException exception)
            {
                AnsiConsole.MarkupLineInterpolated($"[red]{exception.Message}[/]");
                messages.RemoveAt(messages.Count - 1);
            }

            await client.FlushAsync(cancellationToken: cancellationToken);
        }
    }
}
