using Callgate.Interop;

namespace Callgate;

/// <summary>What goes along with a request through a <see cref="CallgateHandler"/>.</summary>
public static class CallgateRequestExtensions
{
    /// <summary>Sets what goes along with the call that this request makes: metadata, tags, session, callbacks. None of it is sent. What it sets wins over <see cref="CallgateHandler.With"/>.</summary>
    /// <returns>The same request.</returns>
    public static HttpRequestMessage SetCallgate(this HttpRequestMessage request, CallOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(options);
        RequestMarks.SetOptions(request, OptionsCheck.Validated(options));
        return request;
    }
}
