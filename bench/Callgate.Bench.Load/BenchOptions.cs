using System.Globalization;

namespace Callgate.Bench.Load;

/// <summary>How long and how much is measured.</summary>
internal sealed record BenchOptions
{
    public const string Help = """
        dotnet run -c Release --project bench/Callgate.Bench.Load -- [options]

          --rounds N         rounds, in each of which every contender has its turn (default 7)
          --seconds N        length of a turn (default 2)
          --connections N    connections that send one request after the other (default 8)
          --rate N           requests per second where added time is measured (default 400)
          --streams N        streams open at once (default 32)
          --events N         events of a stream (default 100)
          --pause N          milliseconds between two events of a stream (default 10)
          --held N           streams held open where memory is measured (default 500)
          --portkey FOLDER   where @portkey-ai/gateway is installed; see bench/README.md
          --only NAMES       contenders by the beginnings of their names, with commas between
        """;

    public int Rounds { get; init; } = 7;
    public double Seconds { get; init; } = 2;
    public int Connections { get; init; } = 8;
    public int Rate { get; init; } = 400;
    public int Streams { get; init; } = 32;
    public int Events { get; init; } = 100;
    public int Pause { get; init; } = 10;
    public int Held { get; init; } = 500;
    public string? Portkey { get; init; }
    public IReadOnlyList<string> Only { get; init; } = [];

    public bool Takes(string name) =>
        Only.Count == 0 || Only.Any(o => name.StartsWith(o, StringComparison.OrdinalIgnoreCase));

    public static bool TryParse(string[] args, out BenchOptions options)
    {
        options = new BenchOptions();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || With(options, args[i], args[i + 1]) is not { } changed)
            {
                return false;
            }

            options = changed;
        }

        return true;
    }

    private static BenchOptions? With(BenchOptions options, string name, string value)
    {
        if (name == "--portkey")
        {
            return options with { Portkey = value };
        }

        if (name == "--only")
        {
            return options with { Only = value.Split(',', StringSplitOptions.RemoveEmptyEntries) };
        }

        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
        {
            return null;
        }

        return name switch
        {
            "--rounds" => options with { Rounds = number },
            "--seconds" => options with { Seconds = number },
            "--connections" => options with { Connections = number },
            "--rate" => options with { Rate = number },
            "--streams" => options with { Streams = number },
            "--events" => options with { Events = number },
            "--pause" => options with { Pause = number },
            "--held" => options with { Held = number },
            _ => null,
        };
    }
}
