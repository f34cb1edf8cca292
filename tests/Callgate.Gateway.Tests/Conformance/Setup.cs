namespace Callgate.Gateway.Tests.Conformance;

/// <summary>How a gateway is set up, besides the handler that counts; the cells of one setup share a gateway.</summary>
internal enum Setup
{
    Plain,

    /// <summary>With a cache.</summary>
    Cached,

    /// <summary>With a pre-call hook that answers.</summary>
    Answers,

    /// <summary>With a pre-call hook that refuses.</summary>
    RefusesRequest,

    /// <summary>With a moderation hook that refuses, once the provider has been asked.</summary>
    RefusesBeside,

    /// <summary>With hooks that refuse the answer, or its first chunk.</summary>
    RefusesAnswer,

    /// <summary>Its clock stands still until all calls wait for their provider, and then passes their time limit.</summary>
    TimesOut,

    /// <summary>It is stopped once all calls wait for their provider.</summary>
    Stopped,
}
