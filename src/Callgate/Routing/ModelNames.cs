using Callgate.Providers;

namespace Callgate.Routing;

/// <summary>Reads what callers write as a model: <c>provider/model</c>, <c>mock/model</c>, or a well-known bare name.</summary>
internal static class ModelNames
{
    private const string MockPrefix = "mock/";

    /// <exception cref="LlmException">No provider answers for the name.</exception>
    public static (LlmProvider Provider, string Model, bool IsMock) Resolve(string name, bool hasApiBase)
    {
        var isMock = name.StartsWith(MockPrefix, StringComparison.OrdinalIgnoreCase);
        var rest = isMock ? name[MockPrefix.Length..] : name;
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && ProviderTable.Find(rest[..slash]) is { } named && slash < rest.Length - 1)
        {
            return (named, rest[(slash + 1)..], isMock);
        }

        if (slash < 0 && ProviderTable.OwnerOf(rest) is { } owner)
        {
            return (owner, rest, isMock);
        }

        // Whatever stands at an address of the user's own speaks the common tongue; so does the mock of an unknown model.
        if ((hasApiBase || isMock) && rest.Length > 0)
        {
            return (ProviderTable.Default, rest, isMock);
        }

        throw LlmException.Create(
            LlmErrorKind.BadRequest,
            $"No provider is known for the model '{Wire.SafeText.Line(name)}'. Write it as provider/model "
                + $"(providers: {string.Join(", ", ProviderTable.Names)}), or give an api base for an OpenAI-compatible server.",
            new ErrorFacts(Model: Wire.SafeText.Line(name), Code: "unknown_model")
        );
    }
}
