namespace Callgate.Interop;

/// <summary>What Callgate notes on a request on its way through the handlers; none of it is sent.</summary>
internal static class RequestMarks
{
    private static readonly HttpRequestOptionsKey<CallOptions> s_options = new("Callgate.Options");
    private static readonly HttpRequestOptionsKey<bool> s_seen = new("Callgate.Seen");

    public static CallOptions? OptionsOf(HttpRequestMessage request) =>
        request.Options.TryGetValue(s_options, out var options) ? options : null;

    public static void SetOptions(HttpRequestMessage request, CallOptions options) =>
        request.Options.Set(s_options, options);

    /// <summary>Whether the request belongs to a call that somebody above tells of already.</summary>
    public static bool IsSeen(HttpRequestMessage request) =>
        request.Options.TryGetValue(s_seen, out var isSeen) && isSeen;

    public static void SetSeen(HttpRequestMessage request, bool isSeen) => request.Options.Set(s_seen, isSeen);
}
