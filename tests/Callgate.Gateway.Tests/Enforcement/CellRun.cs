using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Callgate.Testing;

namespace Callgate.Gateway.Tests.Enforcement;

/// <summary>What was seen of a cell's call.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body, as far as it came.</param>
/// <param name="Events">The terminal events of its id.</param>
/// <param name="Requests">The requests that the provider saw.</param>
internal sealed partial record CellRun(
    Cell Cell,
    int Status,
    string Body,
    IReadOnlyList<CallDetails> Events,
    int Requests
)
{
    public const string Answer = "One two three four five six seven.";

    /// <summary>What a failing provider says, in its status.</summary>
    public const int ProviderStatus = 429;

    // Only of hooks that hang: those that don't must not be in a hurry on a busy machine.
    private static readonly TimeSpan s_deadline = TimeSpan.FromMilliseconds(250);

    private static readonly ConcurrentDictionary<
        Hooks,
        Lazy<Task<ILookup<(Sabotage, OnHookFailure), CellRun>>>
    > s_runs = new();

    /// <summary>The runs of an interceptor's cells: made once, whoever asks first.</summary>
    public static Task<ILookup<(Sabotage, OnHookFailure), CellRun>> OfAsync(Target target) =>
        s_runs.GetOrAdd(target.Hook, _ => new(() => RunAsync(target))).Value;

    private static async Task<ILookup<(Sabotage, OnHookFailure), CellRun>> RunAsync(Target target)
    {
        var cells = Cell.Of(target).ToList();
        var hanging = cells.FindAll(c => c.Sabotage is Sabotage.Hangs or Sabotage.HangsUntilCancelled);
        var runs = await Task.WhenAll(
            RunAsync(target, cells.Except(hanging).ToList(), new CallbackOptions(), 16),
            RunAsync(target, hanging, new CallbackOptions { Deadline = s_deadline }, 200)
        );
        return runs.SelectMany(r => r).ToLookup(r => (r.Cell.Sabotage, r.Cell.OnFailure));
    }

    /// <summary>Cells that share a gateway.</summary>
    private static async Task<IEnumerable<CellRun>> RunAsync(
        Target target,
        List<Cell> cells,
        CallbackOptions options,
        int atOnce
    )
    {
        var byId = cells.ToDictionary(c => c.Id);
        await using var gateway = await GatewayHost.StartAsync(configure: gatewayOptions =>
        {
            foreach (var onFailure in Enum.GetValues<OnHookFailure>())
            {
                gatewayOptions.Callbacks.Add(
                    new Saboteur(target.Hook, onFailure, byId),
                    options with
                    {
                        Name = $"saboteur:{onFailure}",
                        OnFailure = onFailure,
                    }
                );
            }
        });
        gateway.Provider.DefaultReply = target.SeesFailures
            ? FakeReply.Error(ProviderStatus)
            : FakeReply.Mock(new MockOptions { Response = Answer });
        var replies = new ConcurrentDictionary<Cell, (int Status, string Body, string CallId)>();
        await Parallel.ForEachAsync(
            cells,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = atOnce,
                CancellationToken = TestContext.Current.CancellationToken,
            },
            async (cell, token) => replies[cell] = await SendAsync(gateway, cell, token)
        );
        var events = (await gateway.EndsAsync()).ToLookup(c => c.LitellmCallId);
        // None besides those of the cells.
        Assert.Equal(cells.Count, events.Sum(e => e.Count()));
        var requests = gateway.Provider.Requests.CountBy(r => Mark().Match(r.BodyText).Value).ToDictionary();
        return replies.Select(r => new CellRun(
            r.Key,
            r.Value.Status,
            r.Value.Body,
            [.. events[r.Value.CallId]],
            requests.GetValueOrDefault(r.Key.Mark)
        ));
    }

    private static async Task<(int, string, string)> SendAsync(GatewayHost gateway, Cell cell, CancellationToken token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, cell.Route.Patterns[0])
        {
            Content = new StringContent(
                ClientWire.Ask(cell.Route, cell.Model, cell.Stream, $"Hello {cell.Mark}"),
                System.Text.Encoding.UTF8,
                "application/json"
            ),
        };
        request.Headers.Add("x-litellm-call-id", cell.Id);
        using var response = await gateway.Http.SendAsync(request, token);
        return (
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(token),
            response.Headers.GetValues("x-litellm-call-id").Single()
        );
    }

    [GeneratedRegex(@"cell-\d+\.")]
    private static partial Regex Mark();
}
