namespace Dialer.Silo.Telephony.Sip;

/// <summary>The call that a bridge connects.</summary>
internal interface IBridgedCall
{
    /// <summary>The bot was not there, or could not be connected: nobody shall listen to silence (P41).</summary>
    void BotFailed(string why);

    /// <summary>The bot hung up.</summary>
    void BotLeft();
}
