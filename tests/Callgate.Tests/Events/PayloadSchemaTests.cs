using System.Text.Json;

namespace Callgate.Tests.Events;

public class PayloadSchemaTests
{
    public static TheoryData<string> Names =>
        [
            nameof(Calls.Success),
            nameof(Calls.Failure),
            nameof(Calls.Stream),
            nameof(Calls.Cached),
            nameof(Calls.Embedding),
            nameof(Calls.Unpriced),
            nameof(Calls.Rejected),
            nameof(Calls.Terminated),
            nameof(Calls.Running),
        ];

    /// <summary>The schema is made from the types, so a field can't be in one and not in the other.</summary>
    /// <remarks>After a change that is meant, run this test with <c>CALLGATE_UPDATE_SCHEMA=1</c>.</remarks>
    [Fact]
    public void PublishedSchema_IsThatOfTheTypes()
    {
        var schema = SchemaGenerator.Generate();
        if (Environment.GetEnvironmentVariable("CALLGATE_UPDATE_SCHEMA") == "1")
        {
            File.WriteAllText(SchemaFile.Path, schema);
        }

        Assert.Equal(schema, File.ReadAllText(SchemaFile.Path));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryKindOfCall_IsValid(string name)
    {
        var call = (CallDetails)typeof(Calls).GetProperty(name)!.GetValue(null)!;

        Valid(call.StandardLoggingPayload);
    }

    [Fact]
    public void EveryRequiredField_IsPresentThoughNull()
    {
        using var json = JsonDocument.Parse(Calls.Terminated.StandardLoggingPayload.ToJson());

        foreach (var name in SchemaFile.Published.RequiredProperties)
        {
            Assert.True(json.RootElement.TryGetProperty(name, out _), name);
        }

        Assert.Equal(SchemaFile.Published.Properties.Count, json.RootElement.EnumerateObject().Count());
    }

    [Fact]
    public void FieldThatSchemaDoesNotKnow_IsFound()
    {
        var json = Calls.Success.StandardLoggingPayload.ToJson();

        Assert.NotEmpty(
            SchemaFile.Strict.Validate(json.Replace("\"sequence\":", "\"sequel\":", StringComparison.Ordinal))
        );
        Assert.NotEmpty(
            SchemaFile.Published.Validate(json.Replace("\"startTime\":", "\"start_time\":", StringComparison.Ordinal))
        );
    }

    /// <remarks>Updated as the schema is.</remarks>
    [Fact]
    public void Docs_HaveTheFieldsOfTheSchema()
    {
        const string begin = "<!-- fields: made from the schema -->\n";
        const string end = "<!-- end of fields -->";
        var path = SchemaFile.InRepository("docs", "events.md");
        var docs = File.ReadAllText(path);
        var (from, to) = (
            docs.IndexOf(begin, StringComparison.Ordinal) + begin.Length,
            docs.IndexOf(end, StringComparison.Ordinal)
        );
        if (Environment.GetEnvironmentVariable("CALLGATE_UPDATE_SCHEMA") == "1")
        {
            docs = docs[..from] + SchemaGenerator.Markdown() + docs[to..];
            File.WriteAllText(path, docs);
            to = docs.IndexOf(end, StringComparison.Ordinal);
        }

        Assert.Equal(SchemaGenerator.Markdown(), docs[from..to]);
    }

    [Fact]
    public void Docs_NameEveryOutcomeAndCostStatus()
    {
        var docs = File.ReadAllText(SchemaFile.InRepository("docs", "events.md"));

        Assert.All(
            Enum.GetNames<CallOutcome>().Concat(Enum.GetNames<CostStatus>()),
            name =>
                Assert.Contains(
                    $"\n| `{JsonNamingPolicy.SnakeCaseLower.ConvertName(name)}` |",
                    docs,
                    StringComparison.Ordinal
                )
        );
    }

    internal static void Valid(StandardLoggingPayload payload)
    {
        var json = payload.ToJson();
        var errors = SchemaFile.Strict.Validate(json).Concat(SchemaFile.Published.Validate(json)).ToList();
        Assert.True(errors.Count == 0, $"{string.Join("\n", errors)}\n{json}");
    }
}
