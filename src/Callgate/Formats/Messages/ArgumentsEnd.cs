namespace Callgate.Formats;

/// <summary>Finds the end of a JSON object that comes in pieces, by its brackets alone.</summary>
internal sealed class ArgumentsEnd
{
    private int _depth;
    private bool _hasBegun;
    private bool _isInText;
    private bool _isEscaped;

    public bool IsReached => _hasBegun && _depth == 0;

    public void Add(ReadOnlySpan<char> piece)
    {
        foreach (var c in piece)
        {
            if (_isEscaped)
            {
                _isEscaped = false;
            }
            else if (_isInText)
            {
                _isInText = c != '"';
                _isEscaped = c == '\\';
            }
            else
            {
                AddToken(c);
            }
        }
    }

    private void AddToken(char c)
    {
        switch (c)
        {
            case '"':
                _isInText = true;
                break;
            case '{' or '[':
                _hasBegun = true;
                _depth++;
                break;
            case '}' or ']':
                _depth--;
                break;
        }
    }
}
