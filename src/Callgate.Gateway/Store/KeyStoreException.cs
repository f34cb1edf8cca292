namespace Callgate.Gateway.Store;

/// <summary>The store of keys can't be opened, read or written. The message says which, why and what to do.</summary>
internal class KeyStoreException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>A key like this exists already.</summary>
internal sealed class DuplicateKeyException(bool isAlias)
    : KeyStoreException(isAlias ? "There is a key with this alias." : "There is a key of this value.")
{
    /// <summary>Whether it is the alias that another key has, and not the key itself.</summary>
    public bool IsAlias => isAlias;
}
